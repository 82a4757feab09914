import { examine } from '../detection/drilldown/investigate/examine.ts';
import { exposeTasks } from './pool.ts';

exposeTasks(examine);

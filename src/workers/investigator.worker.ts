import { examine } from '../detection/drilldown/investigate/examine.ts';
import { exposeTasks } from './service/workerPool.ts';

exposeTasks(examine);

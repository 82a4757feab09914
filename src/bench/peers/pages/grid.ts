import { ready } from './peer.ts';
import { perspective } from './perspective.ts';

void ready(() => perspective('perspective5', 'viewer-datagrid', { plugin: 'Datagrid' }));

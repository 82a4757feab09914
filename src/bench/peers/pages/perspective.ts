import { target, type Peer } from './peer.ts';

/** What is used of Perspective, 4 and 5. */
interface Perspective {
  worker(): Promise<{ table(arrow: ArrayBuffer): Promise<unknown> }>;
}

interface Viewer extends HTMLElement {
  load(table: unknown): Promise<void>;
  restore(config: object): Promise<void>;
  getAllPlugins(): Promise<readonly { readonly name: string; render_warning: boolean }[]>;
}

/** Loads Perspective from where its files are, and one of its plugins. */
export async function perspective(folder: string, plugin: string, config: object): Promise<Peer> {
  const part = (name: string, file: string) => import(`./${folder}/${name}/dist/cdn/${file}.js`) as Promise<unknown>;
  const client = (await part('client', 'perspective')) as { readonly default: Perspective };
  await part('viewer', 'perspective-viewer');
  await part(plugin, `perspective-${plugin}`);
  await customElements.whenDefined('perspective-viewer');
  const worker = await client.default.worker();
  const viewer = document.createElement('perspective-viewer') as Viewer;
  viewer.style.cssText = 'position: absolute; inset: 0';
  target().append(viewer);
  return {
    async show(arrow) {
      const table = await worker.table(arrow.buffer);
      await viewer.load(table);
      // All of the points, not the first thousands.
      for (const each of await viewer.getAllPlugins()) each.render_warning = false;
      await viewer.restore(config);
    },
  };
}

import { target, type Peer } from './peer.ts';

/** What is used of Perspective, 4 and 5. */
interface Perspective {
  worker(): Promise<{ table(arrow: ArrayBuffer): Promise<unknown> }>;
}

interface Config {
  readonly plugin: string;
  readonly columns?: readonly string[];
  readonly split_by?: readonly string[];
}

interface Viewer extends HTMLElement {
  load(table: Promise<unknown>): Promise<void>;
  restore(config: Config): Promise<void>;
  getAllPlugins(): Promise<readonly { readonly name: string; render_warning: boolean }[]>;
}

/** Loads Perspective from where its files are, and one of its plugins. */
export async function perspective(folder: string, plugin: string, config: Config): Promise<Peer> {
  const part = (name: string, file: string): Promise<unknown> => {
    // Beside the page as it was published: the bundler is not to look for it.
    const url = new URL(`${folder}/${name}/dist/cdn/${file}.js`, location.href).href;
    return import(url);
  };
  const client = (await part('client', 'perspective')) as { readonly default: Perspective };
  await part('viewer', 'perspective-viewer');
  await part(plugin, `perspective-${plugin}`);
  await customElements.whenDefined('perspective-viewer');
  // Its charts take their colours from a theme.
  const theme = document.createElement('link');
  theme.rel = 'stylesheet';
  theme.href = `${folder}/viewer/dist/css/pro.css`;
  document.head.append(theme);
  await new Promise((resolve) => (theme.onload = resolve));
  const worker = await client.default.worker();
  const viewer = document.createElement('perspective-viewer') as Viewer;
  viewer.style.cssText = 'position: absolute; inset: 0';
  target().append(viewer);
  // All of its points, not the first thousands.
  for (const each of await viewer.getAllPlugins()) each.render_warning = each.name !== config.plugin;
  return {
    async show(arrow) {
      const table = worker.table(arrow.buffer);
      // At once: loading alone draws a chart of the first kind.
      await Promise.all([viewer.load(table), viewer.restore(config)]);
    },
  };
}

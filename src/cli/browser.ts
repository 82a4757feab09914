import { spawn } from 'node:child_process';

/** The command that shows an address in the browser of whoever sits at this machine; null: nobody sees one. */
export function opener(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): readonly string[] | null {
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : null;
}

/** Shows an address; that it cannot be shown is no fault, since it is printed too. */
export function openBrowser(address: string): void {
  const [command, ...args] = opener(process.platform, process.env) ?? [];
  if (!command) return;
  const child = spawn(command, [...args, address], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

// A disk in a file, for power failures: what has reached the file at some moment is what a machine
// finds that starts again. Needs Linux, root, loop devices and mkfs.ext4.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MEGABYTES = 16;
const run = (command, ...words) => execFileSync(command, words, { stdio: 'ignore' });

/** A new, empty one in the folder. @throws Error where there is none to be had */
export function makeLoopDisk(folder) {
  const image = join(folder, 'image');
  writeFileSync(image, '');
  truncateSync(image, MEGABYTES * 1024 * 1024);
  run('mkfs.ext4', '-q', image);
  const mounted = [];
  const mount = (file, name) => {
    const path = join(folder, name);
    mkdirSync(path);
    run('mount', '-o', 'loop', file, path);
    mounted.push(path);
    return path;
  };
  return {
    path: mount(image, 'disk'),
    /** The power fails now; the path of what is left. */
    powerOff() {
      const left = join(folder, 'image-after');
      copyFileSync(image, left);
      return mount(left, 'disk-after');
    },
    remove: () => mounted.forEach((path) => run('umount', '--lazy', path)),
  };
}

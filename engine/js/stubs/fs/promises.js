/** node:fs/promises, which a function cannot have. */
import { stubsOf } from '../../internal/node/stub.js';

const { rejects } = stubsOf('fs/promises', 'a function has no file system; keep data in the database, and files in a storage service', 'ENOENT');

const access = rejects('access');
const copyFile = rejects('copyFile');
const cp = rejects('cp');
const open = rejects('open');
const opendir = rejects('opendir');
const rename = rejects('rename');
const truncate = rejects('truncate');
const rm = rejects('rm');
const rmdir = rejects('rmdir');
const mkdir = rejects('mkdir');
const readdir = rejects('readdir');
const readlink = rejects('readlink');
const symlink = rejects('symlink');
const lstat = rejects('lstat');
const stat = rejects('stat');
const statfs = rejects('statfs');
const link = rejects('link');
const unlink = rejects('unlink');
const chmod = rejects('chmod');
const lchmod = rejects('lchmod');
const lchown = rejects('lchown');
const chown = rejects('chown');
const utimes = rejects('utimes');
const lutimes = rejects('lutimes');
const realpath = rejects('realpath');
const mkdtemp = rejects('mkdtemp');
const writeFile = rejects('writeFile');
const appendFile = rejects('appendFile');
const readFile = rejects('readFile');
const watch = rejects('watch');
const glob = rejects('glob');

const constants = {
  UV_FS_SYMLINK_DIR: 1, UV_FS_SYMLINK_JUNCTION: 2, O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, UV_DIRENT_UNKNOWN: 0,
  UV_DIRENT_FILE: 1, UV_DIRENT_DIR: 2, UV_DIRENT_LINK: 3, UV_DIRENT_FIFO: 4, UV_DIRENT_SOCKET: 5, UV_DIRENT_CHAR: 6,
  UV_DIRENT_BLOCK: 7, EXTENSIONLESS_FORMAT_JAVASCRIPT: 0, EXTENSIONLESS_FORMAT_WASM: 1, S_IFMT: 61440, S_IFREG: 32768,
  S_IFDIR: 16384, S_IFCHR: 8192, S_IFBLK: 24576, S_IFIFO: 4096, S_IFLNK: 40960, S_IFSOCK: 49152, O_CREAT: 64, O_EXCL: 128,
  UV_FS_O_FILEMAP: 0, O_NOCTTY: 256, O_TRUNC: 512, O_APPEND: 1024, O_DIRECTORY: 65536, O_NOATIME: 262144,
  O_NOFOLLOW: 131072, O_SYNC: 1052672, O_DSYNC: 4096, O_DIRECT: 16384, O_NONBLOCK: 2048, S_IRWXU: 448, S_IRUSR: 256,
  S_IWUSR: 128, S_IXUSR: 64, S_IRWXG: 56, S_IRGRP: 32, S_IWGRP: 16, S_IXGRP: 8, S_IRWXO: 7, S_IROTH: 4, S_IWOTH: 2,
  S_IXOTH: 1, F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1, UV_FS_COPYFILE_EXCL: 1, COPYFILE_EXCL: 1, UV_FS_COPYFILE_FICLONE: 2,
  COPYFILE_FICLONE: 2, UV_FS_COPYFILE_FICLONE_FORCE: 4, COPYFILE_FICLONE_FORCE: 4,
};

export {
  access, copyFile, cp, open, opendir, rename, truncate, rm, rmdir, mkdir, readdir, readlink, symlink, lstat, stat,
  statfs, link, unlink, chmod, lchmod, lchown, chown, utimes, lutimes, realpath, mkdtemp, writeFile, appendFile, readFile,
  watch, constants, glob,
};
export default {
  access, copyFile, cp, open, opendir, rename, truncate, rm, rmdir, mkdir, readdir, readlink, symlink, lstat,
  stat, statfs, link, unlink, chmod, lchmod, lchown, chown, utimes, lutimes, realpath, mkdtemp, writeFile, appendFile,
  readFile, watch, constants, glob,
};

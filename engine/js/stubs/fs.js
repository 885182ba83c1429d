/** node:fs, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { callsBack, fails, rejects } = stubsOf('fs', 'a function has no file system; keep data in the database, and files in a storage service', 'ENOENT');

const appendFile = callsBack('appendFile');
const appendFileSync = fails('appendFileSync');
const access = callsBack('access');
const accessSync = fails('accessSync');
const chown = callsBack('chown');
const chownSync = fails('chownSync');
const chmod = callsBack('chmod');
const chmodSync = fails('chmodSync');
const close = callsBack('close');
const closeSync = fails('closeSync');
const copyFile = callsBack('copyFile');
const copyFileSync = fails('copyFileSync');
const cp = callsBack('cp');
const cpSync = fails('cpSync');
const createReadStream = fails('createReadStream');
const createWriteStream = fails('createWriteStream');
const fchown = callsBack('fchown');
const fchownSync = fails('fchownSync');
const fchmod = callsBack('fchmod');
const fchmodSync = fails('fchmodSync');
const fdatasync = callsBack('fdatasync');
const fdatasyncSync = fails('fdatasyncSync');
const fstat = callsBack('fstat');
const fstatSync = fails('fstatSync');
const fsync = callsBack('fsync');
const fsyncSync = fails('fsyncSync');
const ftruncate = callsBack('ftruncate');
const ftruncateSync = fails('ftruncateSync');
const futimes = callsBack('futimes');
const futimesSync = fails('futimesSync');
const lchown = callsBack('lchown');
const lchownSync = fails('lchownSync');
const link = callsBack('link');
const linkSync = fails('linkSync');
const lstat = callsBack('lstat');
const lstatSync = fails('lstatSync');
const lutimes = callsBack('lutimes');
const lutimesSync = fails('lutimesSync');
const mkdir = callsBack('mkdir');
const mkdirSync = fails('mkdirSync');
const mkdtemp = callsBack('mkdtemp');
const mkdtempSync = fails('mkdtempSync');
const open = callsBack('open');
const openSync = fails('openSync');
const openAsBlob = fails('openAsBlob');
const readdir = callsBack('readdir');
const readdirSync = fails('readdirSync');
const read = callsBack('read');
const readSync = fails('readSync');
const readv = callsBack('readv');
const readvSync = fails('readvSync');
const readFile = callsBack('readFile');
const readFileSync = fails('readFileSync');
const readlink = callsBack('readlink');
const readlinkSync = fails('readlinkSync');
const realpath = callsBack('realpath');
const realpathSync = fails('realpathSync');
const rename = callsBack('rename');
const renameSync = fails('renameSync');
const rm = callsBack('rm');
const rmSync = fails('rmSync');
const rmdir = callsBack('rmdir');
const rmdirSync = fails('rmdirSync');
const stat = callsBack('stat');
const statfs = callsBack('statfs');
const statSync = fails('statSync');
const statfsSync = fails('statfsSync');
const symlink = callsBack('symlink');
const symlinkSync = fails('symlinkSync');
const truncate = callsBack('truncate');
const truncateSync = fails('truncateSync');
const unwatchFile = fails('unwatchFile');
const unlink = callsBack('unlink');
const unlinkSync = fails('unlinkSync');
const utimes = callsBack('utimes');
const utimesSync = fails('utimesSync');
const watch = fails('watch');
const watchFile = fails('watchFile');
const writeFile = callsBack('writeFile');
const writeFileSync = fails('writeFileSync');
const write = callsBack('write');
const writeSync = fails('writeSync');
const writev = callsBack('writev');
const writevSync = fails('writevSync');
const Dirent = fails('Dirent');
const Stats = fails('Stats');
const ReadStream = fails('ReadStream');
const WriteStream = fails('WriteStream');
const FileReadStream = fails('FileReadStream');
const FileWriteStream = fails('FileWriteStream');
const _toUnixTimestamp = fails('_toUnixTimestamp');
const Dir = fails('Dir');
const opendir = callsBack('opendir');
const opendirSync = fails('opendirSync');
const glob = callsBack('glob');
const globSync = fails('globSync');

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
function existsSync() {
  return false;
}
/** @param {unknown} _path @param {(exists: boolean) => void} callback */
function exists(_path, callback) {
  queueMicrotask(() => callback(false));
}
const lchmod = undefined;
const lchmodSync = undefined;
const F_OK = 0;
const R_OK = 4;
const W_OK = 2;
const X_OK = 1;
const promises = {
  access: rejects('promises.access'), copyFile: rejects('promises.copyFile'), cp: rejects('promises.cp'),
  open: rejects('promises.open'), opendir: rejects('promises.opendir'), rename: rejects('promises.rename'),
  truncate: rejects('promises.truncate'), rm: rejects('promises.rm'), rmdir: rejects('promises.rmdir'),
  mkdir: rejects('promises.mkdir'), readdir: rejects('promises.readdir'), readlink: rejects('promises.readlink'),
  symlink: rejects('promises.symlink'), lstat: rejects('promises.lstat'), stat: rejects('promises.stat'),
  statfs: rejects('promises.statfs'), link: rejects('promises.link'), unlink: rejects('promises.unlink'),
  chmod: rejects('promises.chmod'), lchmod: rejects('promises.lchmod'), lchown: rejects('promises.lchown'),
  chown: rejects('promises.chown'), utimes: rejects('promises.utimes'), lutimes: rejects('promises.lutimes'),
  realpath: rejects('promises.realpath'), mkdtemp: rejects('promises.mkdtemp'), writeFile: rejects('promises.writeFile'),
  appendFile: rejects('promises.appendFile'), readFile: rejects('promises.readFile'), watch: rejects('promises.watch'),
  constants,
};

export {
  appendFile, appendFileSync, access, accessSync, chown, chownSync, chmod, chmodSync, close, closeSync, copyFile,
  copyFileSync, cp, cpSync, createReadStream, createWriteStream, exists, existsSync, fchown, fchownSync, fchmod, fchmodSync,
  fdatasync, fdatasyncSync, fstat, fstatSync, fsync, fsyncSync, ftruncate, ftruncateSync, futimes, futimesSync, lchown,
  lchownSync, lchmod, lchmodSync, link, linkSync, lstat, lstatSync, lutimes, lutimesSync, mkdir, mkdirSync, mkdtemp,
  mkdtempSync, open, openSync, openAsBlob, readdir, readdirSync, read, readSync, readv, readvSync, readFile, readFileSync,
  readlink, readlinkSync, realpath, realpathSync, rename, renameSync, rm, rmSync, rmdir, rmdirSync, stat, statfs, statSync,
  statfsSync, symlink, symlinkSync, truncate, truncateSync, unwatchFile, unlink, unlinkSync, utimes, utimesSync, watch,
  watchFile, writeFile, writeFileSync, write, writeSync, writev, writevSync, Dirent, Stats, ReadStream, WriteStream,
  FileReadStream, FileWriteStream, _toUnixTimestamp, Dir, opendir, opendirSync, F_OK, R_OK, W_OK, X_OK, constants, promises,
  glob, globSync,
};
export default {
  appendFile, appendFileSync, access, accessSync, chown, chownSync, chmod, chmodSync, close, closeSync,
  copyFile, copyFileSync, cp, cpSync, createReadStream, createWriteStream, exists, existsSync, fchown, fchownSync, fchmod,
  fchmodSync, fdatasync, fdatasyncSync, fstat, fstatSync, fsync, fsyncSync, ftruncate, ftruncateSync, futimes, futimesSync,
  lchown, lchownSync, lchmod, lchmodSync, link, linkSync, lstat, lstatSync, lutimes, lutimesSync, mkdir, mkdirSync, mkdtemp,
  mkdtempSync, open, openSync, openAsBlob, readdir, readdirSync, read, readSync, readv, readvSync, readFile, readFileSync,
  readlink, readlinkSync, realpath, realpathSync, rename, renameSync, rm, rmSync, rmdir, rmdirSync, stat, statfs, statSync,
  statfsSync, symlink, symlinkSync, truncate, truncateSync, unwatchFile, unlink, unlinkSync, utimes, utimesSync, watch,
  watchFile, writeFile, writeFileSync, write, writeSync, writev, writevSync, Dirent, Stats, ReadStream, WriteStream,
  FileReadStream, FileWriteStream, _toUnixTimestamp, Dir, opendir, opendirSync, F_OK, R_OK, W_OK, X_OK, constants, promises,
  glob, globSync,
};

/** node:fs, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails, rejects } = stubsOf('fs', 'a function has no file system; keep data in the database, and files in a storage service', 'ENOENT');

const appendFile = fails('appendFile');
const appendFileSync = fails('appendFileSync');
const access = fails('access');
const accessSync = fails('accessSync');
const chown = fails('chown');
const chownSync = fails('chownSync');
const chmod = fails('chmod');
const chmodSync = fails('chmodSync');
const close = fails('close');
const closeSync = fails('closeSync');
const copyFile = fails('copyFile');
const copyFileSync = fails('copyFileSync');
const cp = fails('cp');
const cpSync = fails('cpSync');
const createReadStream = fails('createReadStream');
const createWriteStream = fails('createWriteStream');
const exists = fails('exists');
const fchown = fails('fchown');
const fchownSync = fails('fchownSync');
const fchmod = fails('fchmod');
const fchmodSync = fails('fchmodSync');
const fdatasync = fails('fdatasync');
const fdatasyncSync = fails('fdatasyncSync');
const fstat = fails('fstat');
const fstatSync = fails('fstatSync');
const fsync = fails('fsync');
const fsyncSync = fails('fsyncSync');
const ftruncate = fails('ftruncate');
const ftruncateSync = fails('ftruncateSync');
const futimes = fails('futimes');
const futimesSync = fails('futimesSync');
const lchown = fails('lchown');
const lchownSync = fails('lchownSync');
const link = fails('link');
const linkSync = fails('linkSync');
const lstat = fails('lstat');
const lstatSync = fails('lstatSync');
const lutimes = fails('lutimes');
const lutimesSync = fails('lutimesSync');
const mkdir = fails('mkdir');
const mkdirSync = fails('mkdirSync');
const mkdtemp = fails('mkdtemp');
const mkdtempSync = fails('mkdtempSync');
const open = fails('open');
const openSync = fails('openSync');
const openAsBlob = fails('openAsBlob');
const readdir = fails('readdir');
const readdirSync = fails('readdirSync');
const read = fails('read');
const readSync = fails('readSync');
const readv = fails('readv');
const readvSync = fails('readvSync');
const readFile = fails('readFile');
const readFileSync = fails('readFileSync');
const readlink = fails('readlink');
const readlinkSync = fails('readlinkSync');
const realpath = fails('realpath');
const realpathSync = fails('realpathSync');
const rename = fails('rename');
const renameSync = fails('renameSync');
const rm = fails('rm');
const rmSync = fails('rmSync');
const rmdir = fails('rmdir');
const rmdirSync = fails('rmdirSync');
const stat = fails('stat');
const statfs = fails('statfs');
const statSync = fails('statSync');
const statfsSync = fails('statfsSync');
const symlink = fails('symlink');
const symlinkSync = fails('symlinkSync');
const truncate = fails('truncate');
const truncateSync = fails('truncateSync');
const unwatchFile = fails('unwatchFile');
const unlink = fails('unlink');
const unlinkSync = fails('unlinkSync');
const utimes = fails('utimes');
const utimesSync = fails('utimesSync');
const watch = fails('watch');
const watchFile = fails('watchFile');
const writeFile = fails('writeFile');
const writeFileSync = fails('writeFileSync');
const write = fails('write');
const writeSync = fails('writeSync');
const writev = fails('writev');
const writevSync = fails('writevSync');
const Dirent = fails('Dirent');
const Stats = fails('Stats');
const ReadStream = fails('ReadStream');
const WriteStream = fails('WriteStream');
const FileReadStream = fails('FileReadStream');
const FileWriteStream = fails('FileWriteStream');
const _toUnixTimestamp = fails('_toUnixTimestamp');
const Dir = fails('Dir');
const opendir = fails('opendir');
const opendirSync = fails('opendirSync');
const glob = fails('glob');
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

import fs, { exists, readFile as readBack, readFileSync, existsSync, promises } from 'fs';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import http, { Agent, STATUS_CODES } from 'http';
import https from 'node:https';
import tls from 'node:tls';
import dns from 'node:dns';
import { promisify } from 'node:util';
import { spawn } from 'node:child_process';
import { Worker, isMainThread } from 'node:worker_threads';
import cluster from 'node:cluster';
import vm from 'node:vm';
import tty from 'node:tty';
import readline from 'node:readline';
import test from 'node:test';

// A class of the function's own may extend what is not there, as libraries do when they are loaded.
class Keeping extends Agent {}

const said = (use: () => unknown) => {
  try {
    use();
    return 'nothing was thrown';
  } catch (error: any) {
    return error.message;
  }
};

export default async () => {
  let read;
  try {
    readFileSync('/etc/passwd');
  } catch (error: any) {
    read = { code: error.code, message: error.message };
  }
  return Response.json({
    read,
    promises: await readFile('/etc/passwd').catch((error: Error) => error.message),
    inner: await promises.stat('/').catch((error: Error) => error.message),
    // Where a function takes a callback, its error goes there: thrown in a timer it would end the call.
    calledBack: await new Promise((resolve) => setTimeout(() => readBack('/etc/passwd', 'utf8', resolve))).then(String),
    promisified: await promisify(dns.lookup)('example.org').catch((error: Error) => error.message),
    resolver: await new Promise((resolve) => new dns.Resolver({ timeout: 1 }).resolve4('example.org', (error) => resolve(error?.code))),
    withoutOne: said(() => (dns.resolve as any)('example.org')),
    asked: await new Promise((resolve) => exists('/etc', resolve)),
    exists: existsSync('/') || fs.existsSync('/etc'),
    socket: said(() => net.connect(80)),
    extended: said(() => new Keeping()),
    ok: STATUS_CODES[200],
    methods: http.METHODS.includes('GET') && [https, tls, dns, spawn, cluster, vm, readline, test].every(Boolean),
    main: isMainThread,
    tty: tty.isatty(1),
    ip: [net.isIP('127.0.0.1'), net.isIP('::1'), net.isIP('example.org')],
    worker: said(() => new Worker('')),
  });
};

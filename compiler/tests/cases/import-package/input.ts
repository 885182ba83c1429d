import { z } from "npm:zod@4";
import fs from 'node:abc';
import { serve } from "https://deno.land/std/http/server.ts";
import * as x from "jsr:@std/path";
import data from "data:text/javascript,1" with { type: "json" };
export const handler = () => [z, fs, serve, x, data, import("lodash"), import("é".length)];

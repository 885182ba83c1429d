import 'jsr:@supabase/functions-js/edge-runtime.d.ts';
import type { Nothing } from './nowhere';
import { type Other } from 'npm:no-such-package@1';

Deno.serve((): Response => new Response('types' satisfies Nothing | Other | string));

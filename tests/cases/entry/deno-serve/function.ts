interface Info {
  remoteAddr: { hostname: string };
}

Deno.serve((request: Request, info: Info) => {
  const who = new URL(request.url).searchParams.get('who');
  return Response.json({ who, peer: info.remoteAddr.hostname });
});

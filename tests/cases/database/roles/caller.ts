export default (_request: Request, ctx: any): Promise<Response> =>
  ctx.invoke(ctx.request.functionName.replace('-caller', ''), undefined, { method: 'GET' });

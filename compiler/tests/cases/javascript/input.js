export default { fetch(request) { return new Response(request.url); } };
var a = b < c > (d);

import * as cheerio from "npm:cheerio@1.2.0";

const PAGE = `<!doctype html><html><head><title>Shop</title><meta property="og:title" content="The shop"></head>
<body><ul id="fruits"><li class="apple" data-price="1.2">Apple</li><li class="pear">Pear &amp; co</li><li>Plum</ul>
<table><tr><td>1<td>2</table><a href="/x?a=1&amp;b=2">x</a></body></html>`;

export default () => {
  const $ = cheerio.load(PAGE);
  $("li").eq(2).addClass("plum").attr("title", 'a "quote"');
  $("#fruits").append("<li>Fig</li>").find(".apple").remove();
  const xml = cheerio.load("<feed><entry id='1'/><entry id='2'>x</entry></feed>", { xml: true });
  return Response.json({
    title: $("title").text(),
    meta: $('meta[property="og:title"]').attr("content"),
    items: $("li").map((_, element) => $(element).text()).get(),
    html: $("#fruits").html(),
    cells: $("td").toArray().map((cell) => $(cell).text()),
    link: $("a").prop("href"),
    selected: $("li:contains('Pear') ~ li:not(.plum)").text(),
    data: cheerio.load(PAGE)(".apple").data("price"),
    extract: $.extract({ links: ["a"], first: { selector: "li", value: "outerHTML" } }),
    xml: xml("entry").last().attr("id"),
    xmlText: xml.xml(),
  });
};

import slugify from "npm:slugify@1.6.9";

export default () =>
  Response.json({
    plain: slugify("Some String, with Ünïcödé & more!"),
    strict: slugify("foo *+~.() 'bar' ♥", { lower: true, strict: true, replacement: "_" }),
    german: slugify("Äpfel & Öl", { locale: "de" }),
    removed: slugify("a.b:c", { remove: /[.:]/g }),
  });

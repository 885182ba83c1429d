import { DOMParser, parseHTML } from "npm:linkedom@0.18.15";

export default () => {
  const { document } = parseHTML("<!doctype html><html><body><ul><li class=a>1</li></ul></body></html>");
  const item = document.createElement("li");
  item.textContent = "<2>";
  document.querySelector("ul")!.append(item);
  let clicked = 0;
  item.addEventListener("click", () => clicked++);
  item.click();
  const feed = new DOMParser().parseFromString("<feed><entry id='1'>x</entry></feed>", "text/xml");
  return Response.json({
    html: document.querySelector("ul")!.outerHTML,
    found: [...document.querySelectorAll("li:not(.a)")].map((element) => element.textContent),
    clicked,
    entry: feed.querySelector("entry")!.getAttribute("id"),
  });
};

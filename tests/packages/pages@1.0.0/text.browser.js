export const text = (html) => new DOMParser().parseFromString(html, 'text/html').body.textContent;

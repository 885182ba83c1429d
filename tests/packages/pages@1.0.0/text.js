export const text = (html) => html.replace(/<[^>]*>/g, '');

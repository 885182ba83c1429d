export const place = "the index";

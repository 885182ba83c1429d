const price = 5€;
const dash = 1 – 2;

const größe = 1, 名前 = "é💥", ab = /💥/u;
console.log(größe, 名前, `${ab} 💥`);

module.exports = { helper: (n) => n * 21 };

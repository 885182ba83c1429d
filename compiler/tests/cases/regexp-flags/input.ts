const a = 1, d = /x/gg;

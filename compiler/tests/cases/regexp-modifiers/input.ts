const a = /(?i:abc)d/, b = /(?-i:abc)/i;

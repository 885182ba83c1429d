const a = /[\w--\d]/v, b = /[\w&&\d]/v, c = /[[a-z][0-9]]/v, d = /[\q{abc}]/v, e = /\p{RGI_Emoji}/v, f = /[^[a]]/v;

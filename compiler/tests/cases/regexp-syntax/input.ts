const a = /(/, b = /[z-a]/, c = /a{2,1}/, e = /(?<n>a)\k<m>/;

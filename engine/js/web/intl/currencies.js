/**
 * Currencies in American English (from Unicode CLDR 48, Unicode License v3), each as `CODE text`: symbols where they are not
 * the code, narrow ones where those are others, and names with their plural after a slash.
 */

/** @param {string} text @returns {Record<string, string>} */
function table(text) {
  const entries = text.split(';').map((entry) => [entry.slice(0, 3), entry.slice(4)]);
  return { __proto__: null, ...Object.fromEntries(entries) };
}

export const SYMBOLS = table(
  'AUD A$;BRL R$;CAD CA$;CNY CN¥;EUR €;GBP £;HKD HK$;ILS ₪;INR ₹;JPY ¥;KRW ₩;MXN MX$;NZD NZ$;PHP ₱;TWD NT$;USD $;'
  + 'VND ₫;XAF FCFA;XCD EC$;XCG Cg.;XOF F CFA;XPF CFPF',
);

export const NARROW_SYMBOLS = table(
  'AFN ؋;AMD ֏;AOA Kz;ARS $;AUD $;AZN ₼;BAM KM;BBD $;BDT ৳;BMD $;BND $;BOB Bs;BSD $;BWP P;BZD $;CAD $;CLP $;CNY ¥;'
  + 'COP $;CRC ₡;CUC $;CUP $;CZK Kč;DKK kr;DOP $;EGP E£;FJD $;FKP £;GEL ₾;GHS GH₵;GIP £;GNF FG;GTQ Q;GYD $;HKD $;'
  + 'HNL L;HRK kn;HUF Ft;IDR Rp;ISK kr;JMD $;KGS ⃀;KHR ៛;KMF CF;KPW ₩;KYD $;KZT ₸;LAK ₭;LBP L£;LKR Rs;LRD $;MGA Ar;'
  + 'MMK K;MNT ₮;MUR Rs;MXN $;MYR RM;NAD $;NGN ₦;NIO C$;NOK kr;NPR Rs;NZD $;PKR Rs;PLN zł;PYG ₲;RON lei;RUB ₽;'
  + 'RWF RF;SBD $;SEK kr;SGD $;SHP £;SRD $;SSP £;STN Db;SYP £;THB ฿;TOP T$;TRY ₺;TTD $;TWD $;UAH ₴;UYU $;XCD $;'
  + 'ZAR R;ZMW ZK',
);

/** Digits after the point where these are not two. */
export const DIGITS = table(
  'AFN 0;ALL 0;BIF 0;CLP 0;COP 0;DJF 0;GNF 0;HUF 0;IDR 0;IQD 0;IRR 0;ISK 0;JPY 0;KMF 0;KPW 0;KRW 0;LAK 0;LBP 0;'
  + 'MGA 0;MMK 0;PKR 0;PYG 0;RWF 0;SLL 0;SOS 0;SYP 0;UGX 0;VND 0;VUV 0;XAF 0;XOF 0;XPF 0;YER 0;BHD 3;JOD 3;KWD 3;'
  + 'LYD 3;OMR 3;TND 3',
);

export const NAMES = table(
  'AED UAE dirhams;AFN Afghan Afghani/Afghan Afghanis;ALL Albanian lek/Albanian lekë;AMD Armenian drams;'
  + 'ANG Netherlands Antillean guilders;AOA Angolan kwanzas;ARS Argentine pesos;AUD Australian dollars;'
  + 'AWG Aruban florin;AZN Azerbaijani manats;BAM Bosnia-Herzegovina convertible marks;BBD Barbadian dollars;'
  + 'BDT Bangladeshi takas;BGN Bulgarian leva;BHD Bahraini dinars;BIF Burundian franc/Burundian francs;'
  + 'BMD Bermudan dollars;BND Brunei dollars;BOB Bolivian bolivianos;BRL Brazilian reals;BSD Bahamian dollars;'
  + 'BTN Bhutanese ngultrums;BWP Botswanan pulas;BYN Belarusian rubles;BZD Belize dollars;CAD Canadian dollars;'
  + 'CDF Congolese francs;CHF Swiss francs;CLP Chilean peso/Chilean pesos;CNY Chinese yuan;'
  + 'COP Colombian peso/Colombian pesos;CRC Costa Rican colóns;CUC Cuban convertible pesos;CUP Cuban pesos;'
  + 'CVE Cape Verdean escudos;CZK Czech korunas;DJF Djiboutian franc/Djiboutian francs;DKK Danish kroner;'
  + 'DOP Dominican pesos;DZD Algerian dinars;EGP Egyptian pounds;ERN Eritrean nakfas;ETB Ethiopian birrs;EUR euros;'
  + 'FJD Fijian dollars;FKP Falkland Islands pounds;GBP British pounds;GEL Georgian laris;GHS Ghanaian cedis;'
  + 'GIP Gibraltar pounds;GMD Gambian dalasis;GNF Guinean franc/Guinean francs;GTQ Guatemalan quetzals;'
  + 'GYD Guyanaese dollars;HKD Hong Kong dollars;HNL Honduran lempiras;HRK Croatian kunas;HTG Haitian gourdes;'
  + 'HUF Hungarian forint/Hungarian forints;IDR Indonesian rupiah/Indonesian rupiahs;ILS Israeli new shekels;'
  + 'INR Indian rupees;IQD Iraqi dinar/Iraqi dinars;IRR Iranian rial/Iranian rials;'
  + 'ISK Icelandic króna/Icelandic krónur;JMD Jamaican dollars;JOD Jordanian dinars;JPY Japanese yen;'
  + 'KES Kenyan shillings;KGS Kyrgyz soms;KHR Cambodian riels;KMF Comorian franc/Comorian francs;'
  + 'KPW North Korean won;KRW South Korean won;KWD Kuwaiti dinars;KYD Cayman Islands dollars;KZT Kazakhstani tenges;'
  + 'LAK Laotian kip/Laotian kips;LBP Lebanese pound/Lebanese pounds;LKR Sri Lankan rupees;LRD Liberian dollars;'
  + 'LSL Lesotho lotis;LYD Libyan dinars;MAD Moroccan dirhams;MDL Moldovan lei;'
  + 'MGA Malagasy ariary/Malagasy ariaries;MKD Macedonian denari;MMK Myanmar kyat/Myanmar kyats;'
  + 'MNT Mongolian tugriks;MOP Macanese patacas;MRU Mauritanian ouguiyas;MUR Mauritian rupees;'
  + 'MVR Maldivian rufiyaas;MWK Malawian kwachas;MXN Mexican pesos;MYR Malaysian ringgits;MZN Mozambican meticals;'
  + 'NAD Namibian dollars;NGN Nigerian nairas;NIO Nicaraguan córdobas;NOK Norwegian kroner;NPR Nepalese rupees;'
  + 'NZD New Zealand dollars;OMR Omani rials;PAB Panamanian balboas;PEN Peruvian soles;PGK Papua New Guinean kina;'
  + 'PHP Philippine pesos;PKR Pakistani rupee/Pakistani rupees;PLN Polish zlotys;'
  + 'PYG Paraguayan guarani/Paraguayan guaranis;QAR Qatari riyals;RON Romanian lei;RSD Serbian dinars;'
  + 'RUB Russian rubles;RWF Rwandan franc/Rwandan francs;SAR Saudi riyals;SBD Solomon Islands dollars;'
  + 'SCR Seychellois rupees;SDG Sudanese pounds;SEK Swedish kronor;SGD Singapore dollars;SHP St. Helena pounds;'
  + 'SLE Sierra Leonean leones;SLL Sierra Leonean leone (1964—2022)/Sierra Leonean leones (1964—2022);'
  + 'SOS Somali shilling/Somali shillings;SRD Surinamese dollars;SSP South Sudanese pounds;'
  + 'STN São Tomé & Príncipe dobras;SVC Salvadoran colones;SYP Syrian pound/Syrian pounds;SZL Swazi emalangeni;'
  + 'THB Thai baht;TJS Tajikistani somonis;TMT Turkmenistani manat;TND Tunisian dinars;TOP Tongan paʻanga;'
  + 'TRY Turkish Lira;TTD Trinidad & Tobago dollars;TWD New Taiwan dollars;TZS Tanzanian shillings;'
  + 'UAH Ukrainian hryvnias;UGX Ugandan shilling/Ugandan shillings;USD US dollars;UYU Uruguayan pesos;'
  + 'UZS Uzbekistani som;VES Venezuelan bolívars;VND Vietnamese dong;VUV Vanuatu vatu/Vanuatu vatus;WST Samoan tala;'
  + 'XAF Central African CFA franc/Central African CFA francs;XCD East Caribbean dollars;XCG Caribbean guilders;'
  + 'XDR special drawing rights;XOF West African CFA franc/West African CFA francs;XPF CFP franc/CFP francs;'
  + 'XSU Sucres;YER Yemeni rial/Yemeni rials;ZAR South African rand;ZMW Zambian kwachas;ZWG Zimbabwean gold;'
  + 'ZWL Zimbabwean dollars (2009–2024)',
);

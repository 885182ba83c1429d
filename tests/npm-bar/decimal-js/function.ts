import { Decimal } from "npm:decimal.js@10.6.0";

export default () => {
  Decimal.set({ precision: 30 });
  return Response.json({
    sum: new Decimal("0.1").plus("0.2").toString(),
    root: Decimal.sqrt(2).toString(),
    power: new Decimal(1.0001).pow(365).toFixed(10),
    e: new Decimal(1).exp().toString(),
    rounded: new Decimal("2.345").toDecimalPlaces(2, Decimal.ROUND_HALF_EVEN).toString(),
    hex: new Decimal("0xff.8").toString(),
    fraction: new Decimal(0.75).toFraction().map(String),
  });
};

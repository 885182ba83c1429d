// Checks what is sent against a schema of zod, and says of every field what is wrong with it. The schema is made once, at
// deploy: each call starts with it in memory.
//
//   POST {"email": "ada@example.org", "guests": 2, "from": "2030-05-01", "until": "2030-05-04"}
import { z } from 'npm:zod@4.6.7';

const NIGHT = 86_400_000;

const Booking = z
  .strictObject({
    email: z.email(),
    guests: z.int().min(1).max(8),
    from: z.iso.date(),
    until: z.iso.date(),
    breakfast: z.boolean().default(false),
    note: z.string().trim().max(200).optional(),
  })
  .refine(({ from, until }) => from < until, { path: ['until'], error: 'must be after `from`' })
  .transform((booking) => ({ ...booking, nights: (Date.parse(booking.until) - Date.parse(booking.from)) / NIGHT }));

type Booking = z.output<typeof Booking>;

function price({ guests, nights, breakfast }: Booking): number {
  return nights * (80 + guests * (breakfast ? 27 : 15));
}

export async function handler(request: Request): Promise<Response> {
  if (request.method !== 'POST') {
    return Response.json({ error: 'send a booking with POST' }, { status: 405, headers: { allow: 'POST' } });
  }
  // A body that is no JSON is no booking either.
  const checked = Booking.safeParse(await request.json().catch(() => undefined));
  if (!checked.success) {
    const { formErrors, fieldErrors } = z.flattenError(checked.error);
    return Response.json({ error: 'this is no booking', problems: formErrors, fields: fieldErrors }, { status: 400 });
  }
  return Response.json({ booking: checked.data, price: price(checked.data) }, { status: 201 });
}

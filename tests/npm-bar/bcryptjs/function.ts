import bcrypt from "npm:bcryptjs@3.0.3";

export default async () => {
  const hash = await bcrypt.hash("correct horse", 6);
  const sync = bcrypt.hashSync("x", bcrypt.genSaltSync(4));
  return Response.json({
    hash,
    shape: /^\$2[aby]\$06\$.{53}$/.test(hash),
    right: await bcrypt.compare("correct horse", hash),
    wrong: await bcrypt.compare("wrong", hash),
    sync: bcrypt.compareSync("x", sync),
    rounds: bcrypt.getRounds(hash),
    known: await bcrypt.compare("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
  });
};

import winston from "npm:winston@3.19.0";

export default async () => {
  const logger = winston.createLogger({ level: "info", format: winston.format.json(), transports: [new winston.transports.Console()] });
  logger.info("hello", { user: 1 });
  logger.debug("not shown");
  await new Promise((resolve) => setTimeout(resolve, 10));
  return Response.json({ level: logger.level, isInfo: logger.isInfoEnabled() });
};

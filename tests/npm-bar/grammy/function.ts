// A bot that is called by webhook.
import { Bot, InlineKeyboard, webhookCallback } from "npm:grammy@1.46.0";

export default async () => {
  const bot = new Bot("token", {
    client: { apiRoot: process.env.UPSTREAM },
    botInfo: {
      id: 1, is_bot: true, first_name: "B", username: "b_bot", can_join_groups: true, can_read_all_group_messages: false,
      supports_inline_queries: false, can_connect_to_business: false, has_main_web_app: false,
    } as never,
  });
  bot.command("start", (ctx) => ctx.reply(`hello ${ctx.from?.first_name}`));
  const update = {
    update_id: 1,
    message: {
      message_id: 1, date: 1, chat: { id: 7, type: "private", first_name: "Ada" }, from: { id: 7, is_bot: false, first_name: "Ada" },
      text: "/start", entities: [{ type: "bot_command", offset: 0, length: 6 }],
    },
  };
  const handle = webhookCallback(bot, "std/http", { secretToken: "s" });
  const post = (secret: string) => handle(new Request("https://x.example/", {
    method: "POST", body: JSON.stringify(update),
    headers: { "content-type": "application/json", "x-telegram-bot-api-secret-token": secret },
  }));
  return Response.json({
    answered: (await post("s")).status,
    refused: (await post("other")).status,
    keyboard: new InlineKeyboard().text("A", "a").row().url("B", "https://b.example").inline_keyboard,
  });
};

import { createClient } from "npm:@supabase/supabase-js@2.119.1";

export default async () => {
  const supabase = createClient(process.env.UPSTREAM!, "anon-key", {
    global: { headers: { Authorization: "Bearer user-token" } },
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const todos = await supabase.from("todos").select("id, title, owner(name)").eq("done", false).in("id", [1, 2])
    .order("created_at", { ascending: false }).limit(2);
  const inserted = await supabase.from("todos").insert({ title: "b" }).select().single();
  const updated = await supabase.from("todos").update({ done: true }).eq("id", 2);
  const sum = await supabase.rpc("add", { a: 1, b: 2 });
  const counted = await supabase.from("todos").select("*", { count: "exact", head: true });
  const missing = await supabase.from("nope").select();
  const signedIn = await supabase.auth.signInWithPassword({ email: "a@example.org", password: "secret" });
  const user = await supabase.auth.getUser("user-token");
  const stored = await supabase.storage.from("files").upload("a.txt", new TextEncoder().encode("hello"), { contentType: "text/plain", upsert: true });
  const called = await supabase.functions.invoke("hello", { body: { name: "x" } });
  return Response.json({
    todos: todos.data,
    inserted: inserted.data,
    updated: [updated.status, updated.error],
    sum: sum.data,
    count: counted.count,
    missing: [missing.status, missing.error?.code],
    signedIn: [signedIn.data.user?.id, signedIn.data.session?.refresh_token],
    user: user.data.user?.email,
    stored: stored.data,
    url: supabase.storage.from("files").getPublicUrl("a b.txt").data.publicUrl.replace(process.env.UPSTREAM!, ""),
    called: called.data,
  });
};

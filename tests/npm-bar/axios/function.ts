import axios, { AxiosError } from "npm:axios@1.21.1";

export default async () => {
  const api = axios.create({ baseURL: process.env.UPSTREAM, headers: { "x-key": "k" } });
  api.interceptors.response.use((response) => {
    response.headers["x-seen"] = "yes";
    return response;
  });
  const list = await api.get("/items", { params: { page: 1, tags: ["a", "b&"] } });
  const made = await api.post("/items", { name: "x" }, { auth: { username: "a", password: "b" } });
  const form = await api.put("/form", new URLSearchParams({ a: "1", b: "2" }));
  const missing: AxiosError = await api.get("/missing").catch((error) => error);
  const bytes = await api.get("/bytes", { responseType: "arraybuffer" });
  const late: AxiosError = await api.get("/slow", { timeout: 60 }).catch((error) => error);
  return Response.json({
    list: [list.data, list.headers["x-total"], list.headers["x-seen"]],
    made: [made.status, made.data.id],
    form: form.data,
    missing: [axios.isAxiosError(missing), missing.code, missing.message, missing.response?.data],
    bytes: [...new Uint8Array(bytes.data)],
    late: late.code,
    cancelled: await api.get("/never", { signal: AbortSignal.abort() }).catch((error) => axios.isCancel(error)),
    uri: axios.getUri({ url: "/a", params: { d: new Date(0), n: null } }),
  });
};

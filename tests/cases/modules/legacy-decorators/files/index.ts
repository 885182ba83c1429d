const routes: Record<string, string> = {};
const types: unknown[] = [];
(Reflect as any).metadata = (key: string, value: any) => () => {
  types.push([key, value?.name]);
};

function Controller(prefix: string) {
  return (target: any) => {
    target.prefix = prefix;
  };
}
function Get(path: string) {
  return (_target: object, key: string, _descriptor: PropertyDescriptor) => {
    routes[path] = key;
  };
}
function Inject(name: string) {
  return (target: any, _key: string | undefined, index: number) => (target.injected ??= []).push(name + index);
}
function Default(value: unknown) {
  return (target: any, key: string) => {
    target[key] = value;
  };
}

@Controller('/api')
class Api {
  @Default(7) count: number;
  static injected: string[];
  static prefix: string;
  constructor(@Inject('db') public db?: string) {}
  @Get('/') index() {
    return 'index!';
  }
}

export default () => {
  const api: any = new Api('it');
  return Response.json({ routes, prefix: Api.prefix, injected: Api.injected, count: api.count, db: api.db, answer: api[routes['/']](), types: types.length > 0 });
};

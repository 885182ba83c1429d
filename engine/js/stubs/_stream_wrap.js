/** node:_stream_wrap, which a function cannot have. */
import { stubsOf } from '../internal/node/stub.js';

const { fails } = stubsOf('_stream_wrap', 'a function has no sockets; use fetch');

export default fails('JSStreamWrap');

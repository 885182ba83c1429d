export default function (exports, require, module, process, internalBinding, primordials) {

const {
  Symbol,
} = primordials;

const kFirstEventParam = Symbol('kFirstEventParam');

module.exports = {
  kFirstEventParam,
};
}

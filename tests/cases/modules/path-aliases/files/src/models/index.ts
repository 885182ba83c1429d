export * from './user'; export { Role } from './role';

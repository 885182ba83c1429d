/**
 * Of which of the platform's classes an object is. A class that is not loaded has no objects; when its module is loaded,
 * it puts its own check here.
 */
const no = () => false;

/** @type {Record<'isBlob' | 'isFormData' | 'isMovable' | 'isParams' | 'isPort' | 'isSignal' | 'isStream', (value: unknown) => boolean>} */
export const brands = { isBlob: no, isFormData: no, isMovable: no, isParams: no, isPort: no, isSignal: no, isStream: no };

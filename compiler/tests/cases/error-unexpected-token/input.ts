export function handler() {
	const größe = "💥" + ;
}

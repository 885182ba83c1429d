import it from "../../../../../../../../../../etc/passwd";
export default it;

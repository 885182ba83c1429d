// It names no dependency.
import "@fixture/absent";

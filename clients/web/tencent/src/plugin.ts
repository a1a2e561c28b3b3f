/** Stands for every plugin and module of Tencent's SDK: `use` takes it and does nothing with it. */
export default {};

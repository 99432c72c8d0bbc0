// statsig-node has no `exports` map, so applications import files of its dist folder. This table keeps those paths
// working: path below dist/ → module of ours that holds the same names. `type` rows have no runtime members.
export const deepImports = {
  'interfaces/IDataAdapter': 'storage/data-adapter',
  'interfaces/IUserPersistentStorage': 'storage/user-persistent-storage',
};

// Vendors that want one flat record of attributes get the same ten facts.
export const flat = (user, idName) => ({
  [idName]: user.userID,
  email: user.email,
  ip: user.ip,
  userAgent: user.userAgent,
  country: user.country,
  locale: user.locale,
  appVersion: user.appVersion,
  plan: user.custom.plan,
  age: user.custom.age,
  beta: user.custom.beta,
  companyID: user.customIDs.companyID,
  stableID: user.customIDs.stableID,
});

/** The code of the CREATE2 deployer, as it stands on every public chain: for test chains that go by a public chain's id. */
export const create2DeployerCode =
  "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

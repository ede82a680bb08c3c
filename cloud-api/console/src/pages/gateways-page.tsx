export const GatewaysPage = () => null;

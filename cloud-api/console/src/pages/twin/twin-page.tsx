export const TwinPage = () => null;

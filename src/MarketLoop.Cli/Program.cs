using MarketLoop.Cli;

return await MarketLoopCommand.RunAsync(args).ConfigureAwait(false);

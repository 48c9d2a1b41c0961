using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Sequences;

/// <summary>Options that were read from a file: out of range there means a damaged file, not a caller's mistake.</summary>
internal static class StoredOptions
{
    public static void Validate(this SessionNeighboursOptions options, ModelReader reader) => Validate(options.Validate, reader);

    public static void Validate(this SequentialNeighboursOptions options, ModelReader reader) => Validate(options.Validate, reader);

    public static void Validate(this NextBasketOptions options, ModelReader reader) => Validate(options.Validate, reader);

    private static void Validate(Action validate, ModelReader reader)
    {
        try
        {
            validate();
        }
        catch (ArgumentOutOfRangeException exception)
        {
            reader.Require(false, exception.Message);
        }
    }
}

using System.Globalization;
using ShopSimulator.Randomness;

namespace ShopSimulator.World;

/// <summary>Draws the customers of a seed.</summary>
internal static class Crowd
{
    private const double NeverSignsIn = 0.08;
    private const double SignsInLate = 0.12;
    private const double Consents = 0.62;
    private const double WasNeverAsked = 0.08;

    private static readonly string[] Surnames = ["王", "李", "张", "刘", "陈", "杨", "黄", "赵", "周", "吴", "徐", "孙", "马", "朱", "胡", "林", "郭", "何", "高", "罗"];
    private static readonly string[] GivenNames = ["子涵", "雨桐", "梓轩", "思远", "佳怡", "浩然", "欣妍", "俊杰", "诗涵", "宇航", "静怡", "明哲", "晓雯", "志强", "丽娜", "文博", "雪梅", "建国", "若曦", "天佑"];
    private static readonly string[] FirstNames = ["Emma", "Liam", "Olivia", "Noah", "Ava", "Ethan", "Mia", "Lucas", "Sofia", "Mason", "Nora", "Leo", "Grace", "Owen", "Chloe", "Henry", "Ella", "Jack", "Ruby", "Max"];
    private static readonly string[] LastNames = ["Smith", "Jones", "Taylor", "Brown", "Wilson", "Evans", "Thomas", "Walker", "White", "Green", "Hall", "Wood", "Clarke", "Hill", "Baker", "Cook", "Reed", "Bell", "Ward", "Price"];

    /// <summary>Draws <paramref name="count"/> customers.</summary>
    /// <param name="count">How many.</param>
    /// <param name="days">Days of the whole run, history included: late sign-ins fall into it.</param>
    /// <param name="draws">Randomness of the run.</param>
    public static Shopper[] Gather(int count, int days, Draws draws)
    {
        Shopper[] shoppers = new Shopper[count];
        for (int index = 0; index < count; index++)
        {
            shoppers[index] = Draw(index, days, draws);
        }

        return shoppers;
    }

    private static Shopper Draw(int index, int days, Draws draws)
    {
        double Unit(int what) => draws.Unit(Purpose.Person, index, what);
        double Normal(int what) => draws.Normal(Purpose.Person, index, what);

        bool speaksChinese = Unit(1) < 0.6;
        double signing = Unit(2);
        double consent = Unit(3);
        string number = (index + 1).ToString("D5", CultureInfo.InvariantCulture);
        return new Shopper
        {
            Index = index,
            UserId = "c" + number,
            AnonymousId = "browser-" + number,
            Name = speaksChinese
                ? Surnames[(int)(Unit(4) * Surnames.Length)] + GivenNames[(int)(Unit(5) * GivenNames.Length)]
                : FirstNames[(int)(Unit(4) * FirstNames.Length)] + " " + LastNames[(int)(Unit(5) * LastNames.Length)],
            Email = $"c{number}@shoppers.example",
            Language = speaksChinese ? "zh-CN" : "en",
            SignInDay = signing < NeverSignsIn ? int.MaxValue
                : signing < NeverSignsIn + SignsInLate ? 1 + (int)(Unit(6) * Math.Max(1, days - 1))
                : 0,
            ConsentsToEmail = consent < Consents ? true : consent < Consents + WasNeverAsked ? null : false,
            ConsentsToPersonalisation = Unit(7) >= 0.02,
            VisitsPerDay = Math.Clamp(0.3 * Math.Exp(0.5 * Normal(8)), 0.04, 1.2),
            Hour = Unit(9) < 0.35 ? 12.5 + 1.2 * Normal(10) : 20 + 1.6 * Normal(10),
            WeekendFactor = Math.Exp(0.35 * Normal(11)),
            OpensMail = 0.25 + 0.6 * Unit(12),
            PromotionResponse = Math.Pow(Unit(13), 1.6),
            PriceSensitivity = 1.5 * Unit(14) * Unit(15),
            Eagerness = Math.Clamp(Math.Exp(0.35 * Normal(16)), 0.4, 2.2),
        };
    }
}
